print("hi %s" % name)
