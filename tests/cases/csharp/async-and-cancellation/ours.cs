class A
{
    public async Task Save(string p)
    {
        await Write(p);
    }
}
