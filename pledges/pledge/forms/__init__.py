"""The forms about pledges: choosing some while signing or later, and reporting on them."""
