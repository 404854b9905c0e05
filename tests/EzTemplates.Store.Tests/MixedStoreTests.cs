using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>Packages of both families in one store: what they share is one object, and both are known to have it.</summary>
public sealed class MixedStoreTests : IDisposable
{
    private const string Shared = "the same upstream file\n";

    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;

    public MixedStoreTests() => _store = ContentStore.Open(_temp.At("ez"));

    public void Dispose()
    {
        _store.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_file_that_a_deb_and_an_rpm_share_is_one_object()
    {
        var deb = RawDeb.OfData(RawTar.WithFolders().File("./usr/odd/share", Shared).File("./usr/odd/deb", "deb"));
        var rpm = new RawRpm { Extension = ".zst" }.Folder("/usr/odd").File("/usr/odd/share", Shared)
            .Add(new RawRpmFile("/usr/odd/tool", 0x81ed, "tool") { Capabilities = "cap_net_raw=ep", User = "odd" }).ToArray();

        var contents = Ingest(("odd.deb", deb), ("odd.rpm", rpm));

        // Two files of each, the deb's control stanza and the rpm's two headers; one of them is there already.
        Assert.Equal((6, 1), (StoredObjects(), contents.SelectMany(one => one.Entries).Count(entry => entry.Entry.Content == Digest(Shared)) - 1));
        var holders = new StoreSearch(_store.Layout).PackagesWith(new HashSet<Sha256Digest> { Digest(Shared) });
        Assert.Equal(contents.Select(one => one.Package).Order(), holders.Select(holder => holder.Holder));
        Assert.All(holders, holder => Assert.Equal("/usr/odd/share", holder.Path));
    }

    [Fact]
    public void Contents_of_an_rpm_come_back_as_they_were()
    {
        var rpm = new RawRpm().Folder("/usr/odd").Link("/usr/odd/l", "tool").Add(new RawRpmFile("/usr/odd/a", 0x81a4, "a") { Inode = 9 })
            .Add(new RawRpmFile("/usr/odd/b", 0x81a4, "a") { Inode = 9 }).Add(new RawRpmFile("/usr/odd/tool", 0x8de8, "tool") { Capabilities = "cap_net_raw=ep", Group = "mail" }).ToArray();

        var contents = Assert.Single(Ingest(("odd.rpm", rpm)));
        var again = _store.FindContents(contents.Package);

        Assert.NotNull(again);
        Assert.Equal(contents.Entries, again.Entries);
        Assert.Equal(contents.Control, again.Control);
        var header = RpmHeader.Read(new MemoryStream(File.ReadAllBytes(_store.Layout.ObjectOf(again.Control[1].Content))), RpmHeaderKind.Main);
        Assert.Equal("odd", header.Text(RpmField.PackageName));
    }

    private List<PackageContents> Ingest(params (string Name, byte[] Bytes)[] packages)
    {
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        var contents = packages.Select(package => batch.Add(
            Sha256Digest.Of(package.Bytes),
            package.Name,
            sink => PackageArchive.Read(new MemoryStream(package.Bytes), new PackageReadOptions { FileName = package.Name }, sink))).ToList();
        batch.Complete();
        return contents;
    }

    private int StoredObjects() => Directory.EnumerateFiles(_store.Layout.Objects, "*", SearchOption.AllDirectories).Count(file => Path.GetFileName(file).Length == 62);

    private static Sha256Digest Digest(string text) => Sha256Digest.Of(Encoding.UTF8.GetBytes(text));
}
