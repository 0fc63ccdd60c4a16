class A
{
    int F() => x + 1;
}
