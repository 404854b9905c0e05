using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Where a reader is inside a package, so that a failure below can name it.</summary>
internal sealed class ArchivePosition
{
    private string? _member;
    private string? _path;

    public void Enter(string member) => (_member, _path) = (member, null);

    /// <summary>A path inside the current member, as it stands there; null between paths.</summary>
    public void EnterPath(string? path) => _path = path;

    public void Leave() => (_member, _path) = (null, null);

    /// <summary>Null outside all members.</summary>
    public string? Describe() =>
        _member is null ? null
        : _path is null ? TreePath.Display(_member)
        : $"{TreePath.Display(_member)}: {TreePath.Display(_path.Length > 300 ? _path[..300] + "..." : _path)}";
}
