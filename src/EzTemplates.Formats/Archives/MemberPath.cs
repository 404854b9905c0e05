using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Where an archive's member comes to lie in the tree: nothing that leads out of it, nothing that no file system takes.</summary>
internal static class MemberPath
{
    /// <summary>NAME_MAX and PATH_MAX (less its NUL): beyond them no file system takes a name or a link target.</summary>
    private const int MaxNameLength = 255;
    private const int MaxPathLength = 4095;

    /// <param name="latin1">As it stands in the archive, bytes as chars.</param>
    /// <exception cref="MalformedArchiveException">With the reason alone.</exception>
    public static TreePath Parse(ReadOnlySpan<char> latin1, bool isDirectory)
    {
        if (!TreePath.TryParse(latin1, out var path))
        {
            throw new MalformedArchiveException(latin1.Contains('\0') ? "its name holds a NUL" : "its name holds `..`, which leads out of the tree");
        }

        if (path.Latin1.Length > MaxPathLength || IsLongerPart(path.Latin1))
        {
            throw new MalformedArchiveException("its name is longer than any file system takes");
        }

        return !path.IsRoot || isDirectory
            ? path
            : throw new MalformedArchiveException("it stands at the root of the tree and is no directory");
    }

    public static void CheckLinkTarget(string target)
    {
        if (target.Length is 0 or > MaxPathLength)
        {
            throw new MalformedArchiveException(target.Length == 0 ? "it is a symbolic link to nothing" : "its target is longer than any file system takes");
        }
    }

    private static bool IsLongerPart(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (part.End.Value - part.Start.Value > MaxNameLength)
            {
                return true;
            }
        }

        return false;
    }
}
