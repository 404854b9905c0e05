using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>
/// A whole system of real packages beside what rpm makes of them. The packages are those of a folder that EZ_RPM_PACKAGES names, such as
/// ../shared/tools/make-rpm-repo.sh makes.
/// </summary>
public sealed class RpmRealPackagesTests
{
    [Fact]
    public async Task A_system_of_real_packages_is_what_rpm_makes()
    {
        var folder = Environment.GetEnvironmentVariable("EZ_RPM_PACKAGES");
        Assert.SkipWhen(folder is null, "needs a folder of rpm packages in EZ_RPM_PACKAGES");
        using var ground = new RpmGround();
        List<string> files = [.. Directory.EnumerateFiles(folder!, "*.rpm").Order(StringComparer.Ordinal)];
        await ground.Make("system", files);
        ground.InstallInside("theirs", files);

        var tree = ground.TreeOf("system");
        ground.Lay(tree, "ours");
        var (theirs, ours) = (RpmTree.Of(ground.At("theirs")), RpmTree.Of(tree, path => ground.TextOf(tree, path)));
        Assert.Equal(Lasting(theirs), Lasting(ours));
        Assert.Equal(Verified(ground, "theirs"), Verified(ground, "ours"));
        const string states = "%{NEVRA} %{INSTALLCOLOR} [%{FILESTATES}]\n";
        Assert.Equal(ground.Rpm("theirs", ["-qa", "--qf", states]).Lines.Order(StringComparer.Ordinal), ground.Rpm("ours", ["-qa", "--qf", states]).Lines.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Lasting(IEnumerable<string> tree) => tree.Where(line => !VolatilePaths.Contains(TreePath.Parse(line.Split('\t')[0])));

    /// <summary>Some of these packages add accounts before the files of accounts are there, which rpm then lays over them.</summary>
    private static IEnumerable<string> Verified(RpmGround ground, string root) =>
        ground.Rpm(root, ["-Va"]).Lines.Where(line => !line.EndsWith(" c /etc/passwd", StringComparison.Ordinal) && !line.EndsWith(" c /etc/group", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
