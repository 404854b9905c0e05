using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>A package that two locks have in different versions.</summary>
public sealed record UpgradedPackage(LockedPackage From, LockedPackage To);

/// <summary>What differs between the package rows of two locks, each list in the locks' order.</summary>
public sealed record LockDifference(
    ImmutableArray<LockedPackage> Added,
    ImmutableArray<LockedPackage> Removed,
    ImmutableArray<UpgradedPackage> Upgraded)
{
    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty && Upgraded.IsEmpty;
}

/// <summary>Compares a lock with the one before it.</summary>
public static class LockChange
{
    /// <summary>
    /// A lock has changed when its recipe, base, rules or package rows have. Snapshot names, epoch, ids and the version alone are no
    /// change: a re-signed snapshot makes no new template version.
    /// </summary>
    public static bool IsChanged(TemplateLock old, TemplateLock current) =>
        old.Template != current.Template
        || old.Family != current.Family
        || old.Architecture != current.Architecture
        || old.Recipe != current.Recipe
        || old.Base != current.Base
        || old.Rules != current.Rules
        || !old.Packages.AsSpan().SequenceEqual(current.Packages.AsSpan());

    public static LockDifference Describe(TemplateLock old, TemplateLock current)
    {
        var before = old.Packages.ToDictionary(package => (package.Name, package.Architecture));
        var after = current.Packages.Select(package => (package.Name, package.Architecture)).ToHashSet();
        var added = ImmutableArray.CreateBuilder<LockedPackage>();
        var upgraded = ImmutableArray.CreateBuilder<UpgradedPackage>();
        foreach (var package in current.Packages)
        {
            if (!before.TryGetValue((package.Name, package.Architecture), out var earlier))
            {
                added.Add(package);
            }
            else if (earlier.Version != package.Version || earlier.Sha256 != package.Sha256)
            {
                upgraded.Add(new UpgradedPackage(earlier, package));
            }
        }

        return new LockDifference(
            added.DrainToImmutable(),
            [.. old.Packages.Where(package => !after.Contains((package.Name, package.Architecture)))],
            upgraded.DrainToImmutable());
    }
}
