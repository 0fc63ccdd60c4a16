class A
{
    object F() => xs.Where(a).ToList();
}
