using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Solver.Tests;

public sealed class DebPolicyTests
{
    [Theory]
    [InlineData("a 1 ; Installed-Size: 1\na 2 ; Installed-Size: 3\nb 1 ; Installed-Size: 2", "")]
    [InlineData("a 1 ; Priority: required\na 2\nb 1 ; Priority: important\nc 5 i386\nc 4", "")]
    [InlineData("@ one 400\na 3 ; Installed-Size: 9\na 1 ; Installed-Size: 1\n@ two\na 2 ; Installed-Size: 5\nb 1 ; Installed-Size: 2\nc 1 ; Installed-Size: 4", "a")]
    public void Candidates_are_in_one_order(string text, string excluded)
    {
        var stanzas = new Stanzas(text);
        var request = stanzas.Request() with { Exclude = [.. excluded.Split(' ', StringSplitOptions.RemoveEmptyEntries)] };
        var policy = new DebPolicy(stanzas.Universe, request, new DebMatching(stanzas.Universe, "amd64"));
        var all = Enumerable.Range(0, stanzas.Universe.PackageCount).Select(i => new PackageId(i)).ToList();
        foreach (var (x, y, z) in all.SelectMany(x => all.SelectMany(y => all.Select(z => (x, y, z)))))
        {
            Assert.Equal(Math.Sign(policy.Compare(x, y)), -Math.Sign(policy.Compare(y, x)));
            Assert.True(policy.Compare(x, y) >= 0 || policy.Compare(y, z) >= 0 || policy.Compare(x, z) < 0, $"{x} {y} {z}");
        }
    }
}
