class A
{
    int F() => b();
}
