using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Dpkg;

/// <summary>A file with the MD5 of what its package brings.</summary>
public sealed record HashedPath(TreePath Path, string Md5);

/// <summary>What dpkg's database holds of a package that is unpacked and not yet configured.</summary>
public sealed record UnpackedPackage
{
    public required DebControl Control { get; init; }

    /// <summary>The control members, <c>control</c> among them.</summary>
    public required ImmutableArray<ControlMember> Members { get; init; }

    /// <summary>As the archive names them, in its order.</summary>
    public required ImmutableArray<TreePath> Paths { get; init; }

    /// <summary>The files that it calls its configuration.</summary>
    public ImmutableArray<HashedPath> Conffiles { get; init; } = [];

    /// <summary>All other files, of a package that has no member <c>md5sums</c>; null where it has one.</summary>
    public ImmutableArray<HashedPath>? Files { get; init; }

    /// <summary>The member <c>triggers</c> (deb-triggers(5)).</summary>
    public ImmutableArray<PackageTrigger> Triggers { get; init; } = [];

    /// <summary>What the package is called where its name alone would not do: with the architecture if several of them may be installed side by side.</summary>
    public string QualifiedName => Control.Flags.HasFlag(PackageFlags.MultiArchSame) ? $"{Control.Package}:{Control.Architecture}" : Control.Package;
}

/// <param name="Name">Of an explicit trigger, or a path.</param>
public sealed record PackageTrigger(TriggerUse Use, string Name)
{
    public bool IsPath => Name.StartsWith('/');

    /// <summary>The lines of a member <c>triggers</c>; what is none is passed over, as dpkg has refused the package that has it.</summary>
    public static ImmutableArray<PackageTrigger> Read(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && UseOf(words[0]) is not null)
            .Select(words => new PackageTrigger(UseOf(words[0])!.Value, words[1])),
    ];

    private static TriggerUse? UseOf(string word) => word switch
    {
        "interest" or "interest-await" => TriggerUse.Interest,
        "interest-noawait" => TriggerUse.InterestWithoutAwait,
        "activate" or "activate-await" or "activate-noawait" => TriggerUse.Activate,
        _ => null,
    };
}

public enum TriggerUse
{
    Interest,
    InterestWithoutAwait,
    Activate,
}
