class A
{
    int F() => a();
}
