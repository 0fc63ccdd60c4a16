async def f():
    x = await g(1)
    return x + 1
