print("hello %s" % name)
