using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What an environment did to a path.</summary>
public enum PrivateChangeKind
{
    /// <summary>The version has nothing there.</summary>
    Added,

    /// <summary>Another type, content, link target or device.</summary>
    Changed,

    /// <summary>Only mode, owner, time or extended attributes.</summary>
    Metadata,

    /// <summary>The version's, and no longer shown.</summary>
    Removed,

    /// <summary>A private copy in which nothing differs: the view would show the same without it.</summary>
    SameCopy,
}

/// <summary>Where a private path differs from the version's. A folder's time never counts: it is that of a change below it.</summary>
[Flags]
public enum ChangedParts
{
    None = 0,
    Type = 1,
    Content = 2,
    Target = 4,
    Device = 8,
    Mode = 16,
    Owner = 32,
    Time = 64,
    Attributes = 128,
}

/// <param name="Template">The version's entry, as <see cref="Manifest.Resolve"/> has it but with its own path; null for what was added.</param>
/// <param name="Private">Null for what was removed.</param>
public sealed record PrivateChange(TreePath Path, PrivateChangeKind Kind, ChangedParts Parts, ManifestEntry? Template, FileStatus? Private)
{
    /// <summary>Where one of these differs, more than metadata does.</summary>
    public const ChangedParts Whole = ChangedParts.Type | ChangedParts.Content | ChangedParts.Target | ChangedParts.Device;
}
