class A
{
    [Required]
    public virtual string Name { get; set; }
}
