class A
{
    int F() => c();
}
