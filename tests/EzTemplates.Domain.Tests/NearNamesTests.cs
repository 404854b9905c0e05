using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class NearNamesTests
{
    private static readonly string[] Known = ["nginx", "nginx-common", "nginx-core", "ngircd", "postgresql", "postgresql-15", "python3", "libpython3-stdlib", "a", "ab"];

    [Theory]
    [InlineData("ngnix", "nginx")]
    [InlineData("ngin", "nginx,nginx-core,nginx-common")]
    [InlineData("postgres", "postgresql,postgresql-15")]
    [InlineData("postgresql-16", "postgresql-15,postgresql")]
    [InlineData("python", "python3,libpython3-stdlib")]
    [InlineData("ba", "ab,a")]
    [InlineData("zzzzzzz", "")]
    [InlineData("", "")]
    public void The_nearest_come_first(string wanted, string expected) =>
        Assert.Equal(expected, string.Join(",", NearNames.Closest(wanted, Known)));

    [Fact]
    public void The_order_and_repetition_of_the_known_names_do_not_matter() =>
        Assert.Equal(NearNames.Closest("nginx-", Known), NearNames.Closest("nginx-", Known.Reverse().Concat(Known)));

    [Fact]
    public void As_many_as_asked_for() => Assert.Equal(["nginx"], NearNames.Closest("ngimx", Known, 1));
}
