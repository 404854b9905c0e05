using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Deb;

public sealed class DebRelationTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a, b | c", "a; b | c")]
    [InlineData("a:any (>= 1.0), b:i386(<<2)|c ( =  3 )", "a:any (>= 1.0); b:i386 (<< 2) | c (= 3)")]
    [InlineData("a (< 1), b (> 2)", "a (<= 1); b (>= 2)")]
    [InlineData("a (1.0)", "a (= 1.0)")]
    [InlineData("a,\n b,\r\n c\n | d", "a; b; c | d")]
    [InlineData("a,, b,", "a; b")]
    [InlineData(" , ", "")]
    [InlineData("", "")]
    [InlineData("libstdc++6 (>> 13~)", "libstdc++6 (>> 13~)")]
    [InlineData("${shlibs:Depends}, a", "${shlibs:Depends}; a")]
    public void Reads(string field, string expected) => Assert.Equal(expected, string.Join("; ", Parse(field)));

    [Fact]
    public void Reads_restrictions_of_source_packages()
    {
        var alternative = Assert.Single(Assert.Single(Parse("a:native (>= 1) [ !i386 !arm64 ] <!nocheck> <cross stage1>")).Alternatives);
        Assert.Equal("!i386 !arm64", alternative.ArchitectureRestriction);
        Assert.Equal("<!nocheck> <cross stage1>", alternative.ProfileRestriction);
        Assert.Equal("native", alternative.Architecture);
    }

    [Theory]
    [InlineData("a b", "missing between two packages")]
    [InlineData("a (>= 1", "`(` is not closed")]
    [InlineData("a (>=)", "not a relation and a version")]
    [InlineData("a ()", "not a relation and a version")]
    [InlineData("a (<> 1)", "not a relation and a version")]
    [InlineData("a (= 1 2)", "not a relation and a version")]
    [InlineData("a |", "an alternative is missing after `|`")]
    [InlineData("a | , b", "a package name is missing before `,`")]
    [InlineData("| a", "a package name is missing before `|`")]
    [InlineData("a: , b", "an architecture is missing after `:`")]
    [InlineData("a [amd64", "`[` is not closed")]
    [InlineData("a <x", "`<` is not closed")]
    [InlineData("(= 1)", "a package name is missing before `(`")]
    public void Says_what_is_malformed(string field, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Parse(field)).Message, StringComparison.Ordinal);

    [Fact]
    public void Reads_back_what_it_writes()
    {
        var random = TestSeed.Random(nameof(Reads_back_what_it_writes));
        string[] names = ["a", "lib-b1", "c++", "d.e"], architectures = ["", "any", "native", "i386"], versions = ["1", "1:2.0-3~x", "0"];
        for (var i = 0; i < 500; i++)
        {
            var relations = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new DebRelation(
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Draw())])).ToList();
            Assert.Equal(relations, Parse(string.Join(", ", relations)));
        }

        DebAlternative Draw()
        {
            var relation = (VersionRelation)random.Next(6);
            return new DebAlternative(
                names[random.Next(4)], architectures[random.Next(4)], relation, relation == VersionRelation.Any ? "" : versions[random.Next(3)]);
        }
    }

    private static ImmutableArray<DebRelation> Parse(string field) => DebRelation.Parse(Encoding.UTF8.GetBytes(field));
}
