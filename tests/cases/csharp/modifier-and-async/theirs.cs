class A
{
    public Task Run(long x)
    {
    }
}
