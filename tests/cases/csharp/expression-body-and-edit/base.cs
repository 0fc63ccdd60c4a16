class A
{
    int F()
    {
        return x + 1;
    }
}
