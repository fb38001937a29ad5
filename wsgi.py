"""The application, for `flask` and for any WSGI server."""

from pledges import cli, create_app
from pledges.config import SettingWrong

try:
    application = create_app()
except SettingWrong as wrong:
    application = cli.without_settings(wrong)
