<<<<<<< ours
print(f"hello {name}")
||||||| base
print("hello %s" % name)
=======
print("hi %s" % name)
>>>>>>> theirs
