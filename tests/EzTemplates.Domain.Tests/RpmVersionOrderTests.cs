using System.Text;
using EzTemplates.Testing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class RpmVersionOrderTests
{
    /// <summary>Versions that meet often: pieces that are equal, nearly equal, or special.</summary>
    private static readonly Gen<string> Versions =
        Gen.ArrayOf(Gen.Elements(["0", "00", "1", "01", "10", "9", "a", "b", "Z", "~", "^", ".", "-", ":", "0:", "rc", "é", "_"])).Select(string.Concat);

    private static readonly Gen<VersionRelation> Relations = Gen.Elements(Enum.GetValues<VersionRelation>());

    [Theory]
    [InlineData("rpm-evr.tsv")]
    [InlineData("rpmvercmp.tsv")]
    [InlineData("upstream-rpmvercmp.tsv")]
    public void Orders_as_librpm_stated(string file)
    {
        var rows = Rows(file);
        Assert.True(rows.Count > 10);
        foreach (var row in rows)
        {
            Assert.True(int.Parse(row[2], null) == RpmVersionOrder.Compare(row[0], row[1]), string.Join(' ', row));
            Assert.True(-int.Parse(row[2], null) == RpmVersionOrder.Compare(row[1], row[0]), "reversed: " + string.Join(' ', row));
        }
    }

    [Fact]
    public void Requirements_meet_provides_as_librpm_stated()
    {
        var rows = Rows("rpm-dep-match.tsv");
        Assert.True(rows.Count > 1000);
        foreach (var row in rows)
        {
            var (required, provided) = (Range(row[0]), Range(row[1]));
            Assert.True((row[2] == "1") == Overlaps(required, provided), string.Join(" | ", row));
        }
    }

    [Theory]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0^git1", "1.0", 1)]
    [InlineData("1.0^git1", "1.0.1", -1)]
    [InlineData("1.0^git1~pre", "1.0^git1", -1)]
    [InlineData("1.0", "0:1.0", 0)]
    [InlineData("1.0", "1..0", 0)]
    [InlineData("1.0", "1.00", 0)]
    [InlineData("1a", "1.a", 0)]
    [InlineData("2", "a", 1)]
    [InlineData("1:0.1-1", "99-1", 1)]
    [InlineData("007:1-1", "7:1-1", 0)]
    [InlineData("1.0-1-2", "1.0.1-2", 0)]
    [InlineData("1.99999999999999999999999999998", "1.99999999999999999999999999999", -1)]
    public void Orders(string left, string right, int expected)
    {
        Assert.Equal(expected, RpmVersionOrder.Compare(left, right));
        Assert.Equal(-expected, RpmVersionOrder.Compare(right, left));
    }

    [Theory]
    [InlineData(VersionRelation.GreaterOrEqual, "1.0", VersionRelation.Equal, "1.0-5", true)]
    [InlineData(VersionRelation.Greater, "1.0", VersionRelation.Equal, "1.0-5", false)]
    [InlineData(VersionRelation.Less, "1.0", VersionRelation.GreaterOrEqual, "1.0", false)]
    [InlineData(VersionRelation.Less, "1.0", VersionRelation.Less, "0.1", true)]
    [InlineData(VersionRelation.Equal, "1.0-5", VersionRelation.Any, "", true)]
    [InlineData(VersionRelation.Any, "", VersionRelation.Equal, "1.0-5", true)]
    [InlineData(VersionRelation.Equal, "1:1.0-5", VersionRelation.Equal, "1.0-5", false)]
    public void Ranges_overlap(VersionRelation relation, string version, VersionRelation other, string otherVersion, bool expected) =>
        Assert.Equal(expected, Overlaps((relation, version), (other, otherVersion)));

    [Fact]
    public void Is_a_total_preorder() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(TestScale.Of(3000, 300_000)),
        Prop.ForAll(Gen.Three(Versions).ToArbitrary(), triple =>
        {
            var (a, b, c) = triple;
            var (ab, bc, ac) = (RpmVersionOrder.Compare(a, b), RpmVersionOrder.Compare(b, c), RpmVersionOrder.Compare(a, c));
            return RpmVersionOrder.Compare(a, a) == 0
                && ab == -RpmVersionOrder.Compare(b, a)
                && (!(ab <= 0 && bc <= 0) || ac <= 0)
                && (!(ab == 0 && bc == 0) || ac == 0);
        }));

    [Fact]
    public void Whether_ranges_overlap_does_not_depend_on_their_order() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(TestScale.Of(3000, 300_000)),
        Prop.ForAll(Gen.Two(Versions).ToArbitrary(), Gen.Two(Relations).ToArbitrary(), (versions, relations) =>
            Overlaps((relations.Item1, versions.Item1), (relations.Item2, versions.Item2))
                == Overlaps((relations.Item2, versions.Item2), (relations.Item1, versions.Item1))));

    [Fact]
    public void A_whole_version_is_within_a_range_as_it_compares() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(TestScale.Of(3000, 300_000)),
        Prop.ForAll(Gen.Two(Versions).ToArbitrary(), Relations.ToArbitrary(), (versions, relation) =>
        {
            var (a, b) = (versions.Item1 + "-1", versions.Item2 + "-1");
            return Overlaps((relation, a), (VersionRelation.Equal, b)) == relation.Admits(RpmVersionOrder.Compare(b, a));
        }));

    private static bool Overlaps((VersionRelation Relation, string Version) one, (VersionRelation Relation, string Version) other) =>
        RpmVersionOrder.Overlaps(one.Relation, Encoding.UTF8.GetBytes(one.Version), other.Relation, Encoding.UTF8.GetBytes(other.Version));

    private static (VersionRelation Relation, string Version) Range(string text)
    {
        var words = text.Split(' ');
        return words.Length == 1 ? (VersionRelation.Any, "") : (Enum.GetValues<VersionRelation>().First(r => r.Symbol(PackageFamily.Rpm) == words[1]), words[2]);
    }

    private static List<string[]> Rows(string file) =>
        [.. File.ReadLines(Path.Combine(Requires.Shared(), "conformance/versions", file)).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t'))];

    /// <summary>As librpm's rpmds compares them (python3-rpm, 4.18).</summary>
    [Fact]
    public void An_empty_release_meets_what_a_missing_one_meets()
    {
        Assert.True(RpmVersionOrder.Overlaps(VersionRelation.Equal, "1.0-3"u8, VersionRelation.Equal, "1.0-"u8));
        Assert.True(RpmVersionOrder.Overlaps(VersionRelation.Equal, "1.0-"u8, VersionRelation.Equal, "1.0-3"u8));
        Assert.True(RpmVersionOrder.Compare("1.0-", "1.0") > 0);
    }
}
