class A
{
    int F() => g(a());
}
