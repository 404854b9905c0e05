using NuGet.Versioning;
using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class LockChangeTests
{
    private static readonly Sha256Digest One = Sha256Digest.Of([1]);
    private static readonly Sha256Digest Two = Sha256Digest.Of([2]);

    private static readonly TemplateLock Old = new()
    {
        Template = "t",
        Family = PackageFamily.Deb,
        Architecture = "amd64",
        Version = new NuGetVersion("1.0.0"),
        Recipe = One,
        Base = new LockedBase("b", new NuGetVersion("1.0.0"), One),
        Snapshots = [new("r", "s", One)],
        Epoch = 1,
        Rules = 0,
        Packages = [Row("a", "1"), Row("b", "1"), Row("c", "1")],
    };

    [Fact]
    public void A_resigned_snapshot_is_no_change()
    {
        var same = Old with
        {
            Snapshots = [new("r", "s", Two)],
            Epoch = 2,
            Version = new NuGetVersion("1.0.1"),
            Ids = [new("user", "x", 1)],
            Base = new LockedBase("b", new NuGetVersion("1.0.0"), One),
            Packages = [Row("a", "1"), Row("b", "1"), Row("c", "1")],
        };
        Assert.False(LockChange.IsChanged(Old, same));
        Assert.True(LockChange.Describe(Old, same).IsEmpty);
    }

    [Fact]
    public void Recipe_base_rules_and_rows_are()
    {
        Assert.True(LockChange.IsChanged(Old, Old with { Recipe = Two }));
        Assert.True(LockChange.IsChanged(Old, Old with { Base = null }));
        Assert.True(LockChange.IsChanged(Old, Old with { Base = Old.Base! with { LockDigest = Two } }));
        Assert.True(LockChange.IsChanged(Old, Old with { Rules = 1 }));
        Assert.True(LockChange.IsChanged(Old, Old with { Packages = [Old.Packages[0] with { Reason = "x" }, .. Old.Packages.Skip(1)] }));
    }

    [Fact]
    public void Rows_are_added_removed_or_upgraded()
    {
        var difference = LockChange.Describe(Old, Old with { Packages = [Row("a", "1"), Row("b", "2"), Row("d", "1")] });
        Assert.Equal([Row("d", "1")], difference.Added);
        Assert.Equal([Row("c", "1")], difference.Removed);
        Assert.Equal([new UpgradedPackage(Row("b", "1"), Row("b", "2"))], difference.Upgraded);
    }

    private static LockedPackage Row(string name, string version) => new(name, version, "amd64", "r/s", $"p/{name}", 1, One, "root");
}
