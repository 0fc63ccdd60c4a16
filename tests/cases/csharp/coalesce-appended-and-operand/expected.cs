class A
{
    string F() => ready() ?? fits(1) ?? extra();
}
