run(a=1)
