using System.Text;
using EzTemplates.Testing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class DebVersionOrderTests
{
    private const string Alphabet = "0019aAzZ.+-~:~-";

    /// <summary>Versions that meet often: pieces that are equal, nearly equal, or special.</summary>
    private static readonly Gen<string> Versions =
        Gen.ArrayOf(Gen.Elements(["0", "00", "1", "01", "10", "9", "a", "b", "Z", "~", "+", ".", "-", ":", "0:", "+1:", "rc", "é", " "]))
            .Select(string.Concat);

    [Theory]
    [InlineData("deb-versions.tsv")]
    [InlineData("upstream-dpkg-Dpkg_Version.tsv")]
    public void Orders_as_dpkg_stated(string file)
    {
        var rows = Rows(file).Select(line => line.Split('\t')).ToList();
        Assert.True(rows.Count > 10);
        foreach (var row in rows)
        {
            Assert.True(int.Parse(row[2], null) == DebVersionOrder.Compare(row[0], row[1]), string.Join(' ', row));
            Assert.True(-int.Parse(row[2], null) == DebVersionOrder.Compare(row[1], row[0]), "reversed: " + string.Join(' ', row));
        }
    }

    [Fact]
    public void Follows_dpkg_where_apt_disagrees_with_it()
    {
        foreach (var row in Rows("deb-apt-vs-dpkg-disagreements.tsv").Select(line => line.Split('\t')))
        {
            Assert.Equal(int.Parse(row[3], null), DebVersionOrder.Compare(row[0], row[1]));
        }
    }

    [Fact]
    public void Refuses_what_dpkg_refuses()
    {
        var invalid = Rows("deb-invalid-versions.txt");
        Assert.True(invalid.Count > 100);
        Assert.All(invalid, version => Assert.False(DebVersionOrder.IsValid(version), version));
        var valid = Rows("deb-versions.tsv").SelectMany(line => line.Split('\t')[..2]).Distinct().ToList();
        Assert.All(valid, version => Assert.True(DebVersionOrder.IsValid(version), $"{version}: {DebVersionOrder.WhyInvalid(version)}"));
    }

    [Theory]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0", "0:1.0-0", 0)]
    [InlineData("1.0", "1.00-000", 0)]
    [InlineData("1:0.1", "99", 1)]
    [InlineData("1.0-1", "1.0-1+b1", -1)]
    [InlineData("1.0a", "1.0+", -1)]
    [InlineData("1.0-1-2", "1.0-1-10", -1)]
    [InlineData("1.99999999999999999999999999998", "1.99999999999999999999999999999", -1)]
    [InlineData("1~~", "1~", -1)]
    [InlineData("+1:1", "1:1", 0)]
    public void Orders(string left, string right, int expected)
    {
        Assert.Equal(expected, DebVersionOrder.Compare(left, right));
        Assert.Equal(-expected, DebVersionOrder.Compare(right, left));
    }

    [Theory]
    [InlineData("", "version string is empty", true)]
    [InlineData("1 2", "version string has embedded spaces", true)]
    [InlineData("1:", "nothing after colon in version number", true)]
    [InlineData("a:1", "epoch in version is not number", true)]
    [InlineData(":1", "epoch in version is empty", true)]
    [InlineData("-1:1", "epoch in version is negative", true)]
    [InlineData("2147483648:1", "epoch in version is too big", true)]
    [InlineData("99999999999999999999999:1", "epoch in version is too big", true)]
    [InlineData("1-", "revision number in version number is empty", true)]
    [InlineData("0:-1", "version number is empty", true)]
    [InlineData("v1", "version number does not start with digit", false)]
    [InlineData("1_2", "invalid character in version number", false)]
    [InlineData("1-1_2", "invalid character in revision number", false)]
    [InlineData("1é", "invalid character in version number", false)]
    public void Says_why_a_version_is_invalid(string version, string problem, bool isFatal)
    {
        var parts = DebVersionOrder.Parse(Encoding.UTF8.GetBytes(version));
        Assert.Equal(problem, parts.Problem);
        Assert.Equal(isFatal, parts.IsFatal);
    }

    [Fact]
    public void Agrees_with_dpkg_on_random_strings()
    {
        Requires.Tool("dpkg");
        var random = TestSeed.Random(nameof(Agrees_with_dpkg_on_random_strings));
        for (var i = 0; i < TestScale.Of(150, 3000); i++)
        {
            var (left, right) = (Draw(random), Draw(random));
            var valid = ToolRun.Run("dpkg", "--validate-version", "--", left).ExitCode == 0;
            Assert.True(valid == DebVersionOrder.IsValid(left), $"`{left}`: dpkg says {valid}; {TestSeed.Hint}");
            if (IsReadable(left) && IsReadable(right))
            {
                var order = DebVersionOrder.Compare(left, right);
                var relation = order < 0 ? "lt" : order > 0 ? "gt" : "eq";
                Assert.True(
                    ToolRun.Run("dpkg", "--compare-versions", "--", left, relation, right).ExitCode == 0,
                    $"`{left}` {relation} `{right}` is not what dpkg says; {TestSeed.Hint}");
            }
        }
    }

    [Fact]
    public void Is_a_total_order()
    {
        Prop.ForAll(Versions.ToArbitrary(), Versions.ToArbitrary(), Versions.ToArbitrary(), (a, b, c) =>
        {
            var (ab, bc, ac) = (DebVersionOrder.Compare(a, b), DebVersionOrder.Compare(b, c), DebVersionOrder.Compare(a, c));
            return ab == -DebVersionOrder.Compare(b, a)
                && DebVersionOrder.Compare(a, a) == 0
                && (ab > 0 || bc > 0 || ac <= 0)
                && (ab != 0 || ac == bc);
        }).QuickCheckThrowOnFailure();
    }

    private static bool IsReadable(string version) => !DebVersionOrder.Parse(Encoding.UTF8.GetBytes(version)).IsFatal;

    private static string Draw(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(1, 9); length > 0; length--)
        {
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        }

        return random.Next(3) == 0 ? text.ToString() : "1" + text;
    }

    private static List<string> Rows(string file) =>
        [.. File.ReadLines(Path.Combine(Requires.Shared(), "conformance", "versions", file)).Where(line => line is not "" and not ['#', ..])];
}
