"""The feed."""
def test_probe(database, site, accept, decide, settings, dispatcher):
    decide(accept())
    dispatcher.check()
    print(settings)
