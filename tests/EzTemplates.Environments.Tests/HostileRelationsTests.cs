using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Testing;
using Microsoft.Data.Sqlite;
using static EzTemplates.Environments.Tests.RpmRelationsTests;

namespace EzTemplates.Environments.Tests;

/// <summary>Databases of packages that somebody inside has written to take the host's time, memory or screen; and large ones that nobody has.</summary>
public sealed class HostileRelationsTests
{
    private const long Slack = 100_000;
    private const string TooMany = "its packages have more relations than can be judged: more than any system's of real packages";
    private const string Steering = "\u001b]52;c;x\u0007\nhint:\u009b";

    private readonly RelationBudget _budget = new(TestContext.Current.CancellationToken);

    [Fact]
    public void Of_rpm_packages_that_all_exclude_each_other_each_is_told_once_and_not_all()
    {
        const int count = 5000;
        var told = RpmRelations.NewlyBroken(Database([.. Enumerable.Range(0, count).Select(i => Header($"p{i} 1|provides x|conflicts x"))]), "", "", _budget);
        Assert.Equal(21, told.Length);
        Assert.StartsWith("package `p0-1-1.noarch` of the environment excludes `x`, and with the new version there is `p", told[0].Problem, StringComparison.Ordinal);
        Assert.Equal($"{count - 20} more relations of its packages do not hold", told[^1].Problem);
        Assert.InRange(_budget.Spent, count, 200 * count);
    }

    [Theory]
    [InlineData("requires x = {0}", "provides x = 0.{0}", 50_000, "")]
    [InlineData("conflicts x = {0}", "provides x = 0.{0}", 50_000, "")]
    [InlineData("requires (x >= 0 with y = {0})", "provides x = {0}", 1_000, "0000000000000000")]
    public void Rpm_relations_of_which_each_is_compared_with_each_are_too_many(string asked, string provided, int count, string digits)
    {
        digits = string.Concat(Enumerable.Repeat(digits, 100));
        string All(string relation) => string.Join('|', Enumerable.Range(1, count).Select(i => string.Format(null, relation, digits + i)));
        var merged = Database(Header("asks 1|" + All(asked)), Header("has 1|" + All(provided)));
        Assert.Equal([TooMany], RpmRelations.NewlyBroken(merged, "", "", _budget).Select(conflict => conflict.Problem));
        Assert.InRange(_budget.Spent, RelationBudget.Most, RelationBudget.Most + Slack);
    }

    [Fact]
    public void Deb_packages_that_all_exclude_each_other_are_too_many()
    {
        var merged = string.Concat(Enumerable.Range(0, 30_000).Select(i => PackageRelationsTests.Stanza($"p{i} 1|Provides: x|Conflicts: x")));
        Assert.Equal([TooMany], PackageRelations.NewlyBroken(merged, "", "", _budget).Select(conflict => conflict.Problem));
        Assert.InRange(_budget.Spent, RelationBudget.Most, RelationBudget.Most + Slack);
    }

    [Fact]
    public void Deb_relations_of_which_each_is_compared_with_each_are_too_many()
    {
        string All(string prefix) => string.Join(", ", Enumerable.Range(1, 30_000).Select(i => $"x (= {prefix}{i})"));
        var merged = PackageRelationsTests.Stanza("asks 1|Depends: " + All("")) + PackageRelationsTests.Stanza("has 1|Provides: " + All("0."));
        Assert.Equal([TooMany], PackageRelations.NewlyBroken(merged, "", "", _budget).Select(conflict => conflict.Problem));
        Assert.InRange(_budget.Spent, RelationBudget.Most, RelationBudget.Most + Slack);
    }

    [Fact]
    public void An_rpm_desktop_of_thousands_of_packages_is_judged_and_takes_little()
    {
        const int count = 5000;
        byte[] Package(int i) => Header($"p{i} 1|provides lib{i}.so.1()(64bit)|provides lib{i}.so.1(V2)(64bit)|provides font(:lang=de)|file /usr/bin/p{i}|file /usr/share/p{i}/data|requires /usr/bin/p1|conflicts p{i / 2} < 1|"
            + string.Join('|', Enumerable.Range(1, 30).Select(k => $"requires lib{i * k % count}.so.1(V2)(64bit)").Concat(Enumerable.Range(1, 10).Select(k => $"requires p{i / k} >= 1")))
            + $"|requires font(:lang=de)|requires (p{i / 3} >= 1 with lib{i / 3}.so.1()(64bit))|requires (p{i / 5} if p{i / 7} else gone)");
        byte[][] packages = [.. Enumerable.Range(0, count).Select(Package)];
        var told = RpmRelations.NewlyBroken(Database([.. packages, Header("own 1|requires (p7 and gone)")]), Database(packages), Database(packages), _budget);
        Assert.Equal("package `own-1-1.noarch` of the environment needs `(p7 and gone)`, which is not there with the new version", Assert.Single(told).Problem);
        Assert.InRange(_budget.Spent, count, RelationBudget.Most / 10);
    }

    [Fact]
    public void A_deb_desktop_of_thousands_of_packages_is_judged_and_takes_little()
    {
        const int count = 5000;
        string Package(int i) => PackageRelationsTests.Stanza($"p{i} 1.2-{i}|Provides: lib{i} (= 1), virtual{i / 20}|Breaks: p{i / 2} (<< 1)|Conflicts: virtual{(i / 20) + 1000}|"
            + $"Depends: virtual{i / 30}, {string.Join(", ", Enumerable.Range(1, 15).Select(k => $"lib{i * k % count} (>= 1), p{i / k} (>= 1.2) | gone"))}");
        var packages = string.Concat(Enumerable.Range(0, count).Select(Package));
        var told = PackageRelations.NewlyBroken(packages + PackageRelationsTests.Stanza("own 1|Depends: lib7 (>= 2)"), packages, packages, _budget);
        Assert.Equal("package `own` 1 of the environment needs `lib7 (>= 2)`, which is not there with the new version", Assert.Single(told).Problem);
        Assert.InRange(_budget.Spent, count, RelationBudget.Most / 10);
    }

    [Fact]
    public void An_end_that_the_user_asks_for_ends_the_judging()
    {
        var ended = new RelationBudget(new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => RpmRelations.NewlyBroken(Database(Header("own 1|requires gone")), "", "", ended));
        Assert.Throws<OperationCanceledException>(() => PackageRelations.NewlyBroken(PackageRelationsTests.Stanza("own 1|Depends: gone"), "", "", ended));
    }

    [Fact]
    public void Paths_that_are_many_times_their_header_are_none()
    {
        var folder = "/" + string.Concat(Enumerable.Repeat(new string('x', 99) + "/", 40));
        var header = RawRpmHeader.Installed("own", change: made => made.Texts(1117, [.. Enumerable.Range(0, 5000).Select(i => $"{i}")]).Texts(1118, folder)
            .Ints(1116, new long[5000]).Raw(1029, 1, 5000, new byte[5000]));
        Assert.Null(Assert.Single(InstalledRpm.ReadAll(Database(header))).TryRecord());
    }

    [Fact]
    public void What_packages_say_of_themselves_steers_no_terminal()
    {
        var needs = RpmRelations.NewlyBroken(Database(Header("own 1|requires a" + Steering)), "", "", _budget);
        AssertPlain(@"needs `a\x1b]52;c;x\x07\x0ahint:\x", needs);

        var (old, own, next) = (Database(Header("base 1")), Database(Header("base 5.2" + Steering)), Database(Header("base 2")));
        AssertPlain(@"the environment has `base-5.2\x1b]52;c;x\x07\x0ahint:\x9b-1.noarch`", [.. RpmDatabaseMerge.Merge(new ThreeTexts(old, own, next)).Conflicts]);

        AssertPlain(@"the environment's is malformed: cannot read rpm's database", [.. RpmDatabaseMerge.Merge(new ThreeTexts(old, MalformedDatabase(), next)).Conflicts]);
    }

    [Fact]
    public void A_name_that_a_shell_would_read_otherwise_is_in_no_hint()
    {
        var to = new Mapping("debian-12@1.0.1", Sha256Digest.Of([]));
        string? Hint(params string[] hints) =>
            RemapPlan.Refusal(EnvironmentName.Parse("box"), to, [.. hints.Select(hint => (InstalledPackage.Status, new MergeConflict("it differs", hint)))]).Hint;
        Assert.StartsWith("ez env exec box -- dnf install 'lib(x)(64bit) >= 2', and remap again", Hint("dnf install 'lib(x)(64bit) >= 2'"), StringComparison.Ordinal);
        Assert.StartsWith("ez env exec box -- rpm -e b-1:2~3^4.noarch, ", Hint("rpm -e a;reboot", "rpm -e b-1:2~3^4.noarch"), StringComparison.Ordinal);
        Assert.All(
            ["usermod --uid NUMBER $(reboot)", "rpm -e a\nreboot", "dnf install 'a';reboot;'b'", "rpm -e `reboot`", "dnf install '\u001b]52;c;x'", $"rpm -e {new string('a', 1000)}"],
            hint => Assert.StartsWith("make those files agree in `box`, ", Hint(hint), StringComparison.Ordinal));
    }

    private static void AssertPlain(string expected, params IReadOnlyCollection<MergeConflict> told)
    {
        var problem = Assert.Single(told).Problem;
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain(problem, char.IsControl);
    }

    /// <summary>SQLite names the table of whose text it can make nothing.</summary>
    private static string MalformedDatabase()
    {
        using var temp = new TempFolder();
        var file = temp.At("made");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(Database(Header("base 1"))));
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = DELETE; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = $name, sql = 'CREATE TABLE (' WHERE name = 'Sha1header';";
            command.Parameters.AddWithValue("$name", Steering);
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        return Encoding.Latin1.GetString(File.ReadAllBytes(file));
    }
}
