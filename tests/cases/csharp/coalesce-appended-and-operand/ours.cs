class A
{
    string F() => ready() ?? fits() ?? extra();
}
