class A
{
    int F(int a)
    {
        return a + 1;
    }
}
