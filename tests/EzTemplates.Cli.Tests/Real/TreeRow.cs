using System.Globalization;
using System.Text.Json;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A path as an archive has it, or as a mounted view shows it: a line of archives.py or tree.py.</summary>
internal sealed record TreeRow(
    string Path,
    char Type,
    int Mode,
    long Uid,
    long Gid,
    string Mtime,
    string Content,
    string Target,
    string Device)
{
    public bool IsFolder => Type == 'd';

    public static TreeRow Read(JsonElement row) => new(
        Text(row, "path"),
        Text(row, "type")[0],
        row.GetProperty("mode").GetInt32(),
        row.GetProperty("uid").GetInt64(),
        row.GetProperty("gid").GetInt64(),
        Text(row, "mtime"),
        Text(row, "content"),
        Text(row, "target"),
        Text(row, "device"));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Type} {Convert.ToString(Mode, 8)} {Uid}:{Gid} {Mtime} {Content}{Device} {Path} -> {Target}");

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}

/// <summary>What only a mounted tree tells of a path.</summary>
internal sealed record SeenRow(TreeRow Row, string Inode, int Links, long Size, string Xattrs);
