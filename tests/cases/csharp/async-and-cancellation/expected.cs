class A
{
    public async Task Save(string p, bool force)
    {
        await Write(p);
    }
}
