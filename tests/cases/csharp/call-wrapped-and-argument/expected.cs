class A
{
    int F() => g(a(1));
}
