public partial class A : B
{
}
