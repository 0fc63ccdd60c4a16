class A
{
    public void Save(string p, bool force)
    {
        Write(p);
    }
}
