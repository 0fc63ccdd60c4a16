class A
{
    int F(int a) => a + 1;
}
