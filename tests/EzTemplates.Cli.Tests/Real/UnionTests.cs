using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A version that is not configured is the union of its packages' archives, looked at through its mounted view before anything ran in it.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class UnionTests(RealGround ground)
{
    public static TheoryData<string> Recipes() =>
        TestScale.IsFull ? ["debian-12", "debian-13", "nginx", "postgresql", "python3", "build-essential"] : ["debian-12", "nginx"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_shipped_recipe_s_view_equals_the_union_of_its_packages_archives(string recipe)
    {
        Requires.Tool("python3");
        var plain = ground.UpPlain(recipe);
        AssertIsUnion(ground.Create(plain), ground.LayersOf(plain));
    }

    [Fact]
    public void The_view_of_packages_drawn_at_random_equals_the_union_of_their_archives()
    {
        Requires.Tool("python3");
        ground.Up("debian-12");
        var name = new RandomPackages(ground).Build(TestScale.Of(5, 20), TestScale.Of(60, 400) << 20);
        ground.Ez.Succeed("env", "create", "--template", name, name);
        AssertIsUnion(name, [ground.LockOf(name)]);
    }

    /// <summary>That the comparison above sees what it is there to see.</summary>
    [Fact]
    public void Each_kind_of_change_in_a_view_is_a_difference()
    {
        Requires.Tool("python3");
        var plain = ground.UpPlain("debian-12");
        var environment = ground.Create(plain);
        var root = ground.Mount(environment);
        string[] changed = ["/etc/debian_version", "/etc/skel", "/usr/bin/awk-of-mine", "/usr/bin/bash", "/usr/bin/su", "/usr/lib/os-release", "/usr/share/doc/apt"];
        File.AppendAllText(root + "/etc/debian_version", "+");
        ToolRun.Run("chown", "7:8", root + "/etc/skel").Succeed();
        ToolRun.Run("ln", "-s", "mawk", root + "/usr/bin/awk-of-mine").Succeed();
        File.Delete(root + "/usr/bin/bash");
        ToolRun.Run("chmod", "u-s", root + "/usr/bin/su").Succeed();
        ToolRun.Run("touch", root + "/usr/lib/os-release").Succeed();
        ToolRun.Run("touch", "-d", "@1", root + "/usr/share/doc/apt").Succeed();

        var (differences, _) = Compare(environment, ground.LayersOf(plain));

        // The directories of what came and went have a new time.
        Assert.Equal([.. changed.Append("/usr/bin").Order(StringComparer.Ordinal)], differences.Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    private void AssertIsUnion(string environment, IReadOnlyList<string> locks)
    {
        var (differences, compared) = Compare(environment, locks);
        Assert.True(differences.Count == 0, $"{differences.Count} differences, {TestSeed.Hint}\n{string.Join('\n', differences.Take(30))}");
        TestNotes.Write(compared);
    }

    private (IReadOnlyList<string> Differences, string Compared) Compare(string environment, IReadOnlyList<string> locks)
    {
        var rows = locks.SelectMany(file => ReadLock(file).GetProperty("packages").EnumerateArray()).ToList();
        var packages = PackageArchives.List(rows.Select(row => ground.ArchiveOf(row.GetProperty("sha256").GetString()!)));
        var union = new ArchiveUnion(packages, locks.Max(file => ReadLock(file).GetProperty("epoch").GetInt64()));
        var view = SeenTree.List(ground.Mount(environment), union.Paths);
        Assert.True(view.Rows.Count > packages.Count, "an empty view");
        return (union.Compare(view), string.Create(CultureInfo.InvariantCulture, $"{environment}: {view.Rows.Count} paths of {packages.Count} packages compared"));
    }

    private static JsonElement ReadLock(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }
}
