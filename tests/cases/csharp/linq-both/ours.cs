class A
{
    object F() => xs.Where(b).ToList();
}
