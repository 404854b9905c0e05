using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Formats.Tests.Archives;

/// <summary>
/// A package's entries as <c>dpkg-deb --fsys-tarfile</c> and Python's tar reader have them, one line each, and ours in the same form.
/// </summary>
internal static class TarListing
{
    private const string Script = """
        import sys, tarfile, hashlib
        t = tarfile.open(fileobj=sys.stdin.buffer, mode='r|', encoding='latin-1', errors='strict')
        for m in t:
            kind = {b'0':'f', b'\0':'f', b'1':'h', b'2':'l', b'3':'c', b'4':'b', b'5':'d', b'6':'p'}[m.type]
            parts = [p for p in m.name.split('/') if p not in ('', '.')]
            target = [p for p in m.linkname.split('/') if p not in ('', '.')]
            what = '-'
            if kind == 'f': what = str(m.size) + ' ' + hashlib.sha256(t.extractfile(m).read()).hexdigest()
            if kind == 'l': what = m.linkname.encode('latin-1').hex()
            if kind == 'h': what = ('/' + '/'.join(target)).encode('latin-1').hex()
            if kind in 'cb': what = '%d:%d' % (m.devmajor, m.devminor)
            mode = 0o777 if kind == 'l' else m.mode & 0o7777
            print(('/' + '/'.join(parts)).encode('latin-1').hex(), kind, oct(mode)[2:], m.uid, m.gid, int(m.mtime), m.uname, m.gname, what)
        """;

    public static IReadOnlyList<string> OfDpkg(string file)
    {
        var tar = ToolRun.Run("dpkg-deb", "--fsys-tarfile", file).Succeed().Stdout;
        return ToolRun.Run(new ToolCommand("python3", "-c", Script) { Stdin = tar }).Succeed().Lines;
    }

    public static string Of(PackageEntry entry)
    {
        var e = entry.Entry;
        var what = e.Type switch
        {
            EntryType.File => $"{e.Size} {e.Content}",
            EntryType.Symlink or EntryType.HardLink => Hex(e.Target),
            EntryType.CharacterDevice or EntryType.BlockDevice => e.Device.ToString(),
            _ => "-",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Hex(e.Path.Latin1)} {(char)e.Type} {Convert.ToString(e.Mode, 8)} {e.Uid} {e.Gid} {e.Mtime.Seconds} {entry.UserName} {entry.GroupName} {what}");
    }

    private static string Hex(string latin1) => Convert.ToHexStringLower(System.Text.Encoding.Latin1.GetBytes(latin1));
}
