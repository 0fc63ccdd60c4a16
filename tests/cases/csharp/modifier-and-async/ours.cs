class A
{
    public async Task Run(int x)
    {
    }
}
