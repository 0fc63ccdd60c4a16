class A
{
    object F() => xs.Where(b).ToArray();
}
