class A
{
    public async Task Run(long x)
    {
    }
}
