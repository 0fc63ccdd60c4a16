class A
{
    string F() => ready() ?? fits(1);
}
