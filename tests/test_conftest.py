from hypothesis import settings


def test_the_default_run_draws_the_same_examples_everywhere(request):
    if request.config.getoption("--hypothesis-profile") is None:
        assert settings.default.derandomize
        assert settings.default.deadline is None
