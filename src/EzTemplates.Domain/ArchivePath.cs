namespace EzTemplates.Domain;

/// <summary>
/// The one rule for where a package lies below its archive's root (<c>pool/main/n/nginx_1.24_amd64.deb</c>), for indexes and locks alike:
/// it becomes part of a URL and may become part of a file's name. Always normal: no leading slash, no empty, <c>.</c> or <c>..</c> component.
/// </summary>
public static class ArchivePath
{
    public static bool IsValid(ReadOnlySpan<char> path)
    {
        foreach (var part in path.Split('/'))
        {
            if (path[part] is "" or "." or "..")
            {
                return false;
            }
        }

        return !ContainsOdd(path);
    }

    /// <summary>Drops the <c>.</c> and empty components that some archives' tools write; what else is odd stays.</summary>
    public static string Normalize(string path) =>
        path.StartsWith('/') ? path : string.Join('/', path.Split('/').Where(part => part is not ("" or ".")));

    private static bool ContainsOdd(ReadOnlySpan<char> path)
    {
        foreach (var c in path)
        {
            if (char.IsControl(c) || c is '\\' or '?' or '#' or ' ')
            {
                return true;
            }
        }

        return false;
    }
}
