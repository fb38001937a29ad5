"""How the worker runs: `flask worker` becomes `python -m pledges.working`, without all that answers requests."""

import os

import click

from pledges import config, ground, worker


@click.command()
@click.option("--while-child-of", type=int)
def main(while_child_of: int | None) -> None:
    """Delivers mail and runs periodic work until SIGTERM or SIGINT."""
    settings = config.read(os.environ)
    worker.run(ground.lay(settings), settings, while_child_of=while_child_of)


if __name__ == "__main__":
    main()
