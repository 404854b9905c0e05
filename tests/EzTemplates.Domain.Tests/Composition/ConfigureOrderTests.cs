using EzTemplates.Domain.Composition;
using Xunit;

namespace EzTemplates.Domain.Tests.Composition;

public sealed class ConfigureOrderTests
{
    [Theory]
    [InlineData("c:b b:a a", "a b c")]
    [InlineData("b a c", "a b c")]
    [InlineData("a:z z", "z a")]
    [InlineData("a:awk mawk=awk", "mawk a")]
    [InlineData("a:b b:a", "a b")]
    [InlineData("a:!b b:a", "b a")]
    [InlineData("x:a a:b b:c c:a,!d d:e e", "e d a c b x")]
    [InlineData("base-files:!awk libc base-passwd:!libc awk a", "base-passwd base-files a awk libc")]
    [InlineData("a:gone,a", "a")]
    public void Dependencies_come_first(string packages, string expected)
    {
        var given = packages.Split(' ').Select(Read).ToArray();
        for (var rotation = 0; rotation < given.Length; rotation++)
        {
            var rotated = given.Skip(rotation).Concat(given.Take(rotation)).ToArray();
            Assert.Equal(expected, string.Join(' ', ConfigureOrder.Sort(rotated).Select(i => rotated[i].Name)));
        }
    }

    [Fact]
    public void Without_cycles_every_dependency_comes_before_who_needs_it()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var names = Enumerable.Range(0, 40).Select(i => $"p{i}").ToArray();
            random.Shuffle(names);
            var packages = names.Select((name, i) => new PackageToOrder(
                name, "amd64", [], [], [.. Enumerable.Range(0, i > 0 ? random.Next(4) : 0).Select(_ => names[random.Next(i)])])).ToArray();
            var order = ConfigureOrder.Sort(packages).Select(i => packages[i]).ToList();
            Assert.Equal(names.Order(StringComparer.Ordinal), order.Select(p => p.Name).Order(StringComparer.Ordinal));
            foreach (var (package, i) in order.Select((p, i) => (p, i)))
            {
                Assert.All(package.Depends, need => Assert.True(order.FindIndex(p => p.Name == need) < i, $"seed {seed}"));
            }
        }
    }

    /// <summary><c>name=provided:depends,!pre-depends</c>.</summary>
    private static PackageToOrder Read(string text)
    {
        var parts = text.Split(':');
        var names = parts[0].Split('=');
        var needs = parts.Length > 1 ? parts[1].Split(',') : [];
        return new PackageToOrder(
            names[0], "amd64", [.. names.Skip(1)], [.. needs.Where(n => n[0] == '!').Select(n => n[1..])], [.. needs.Where(n => n[0] != '!')]);
    }
}
