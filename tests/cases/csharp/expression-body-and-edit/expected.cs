class A
{
    int F() => x + 2;
}
