using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests;

/// <summary>A package's header says what createrepo_c writes of it.</summary>
public sealed class RpmHeaderRecordTests
{
    [Fact]
    public void A_header_gives_the_record_that_createrepo_writes()
    {
        using var repository = new GeneratedRpmRepository();
        GeneratedRpm[] packages =
        [
            new("nginx", "1.20.1", "14.el9")
            {
                Epoch = 2,
                Requires = ["nginx-core = 2:1.20.1-14.el9", "libc.so.6()(64bit)", "(pcre2 >= 10 if glibc)", "/bin/sh", "openssl < 4", "zlib > 1", "rpmlib(CompressedFileNames) <= 3.0.4-1"],
                Recommends = ["logrotate >= 3"],
                Supplements = ["(webserver and systemd)"],
                Conflicts = ["httpd <= 2"],
                Obsoletes = ["nginx-old < 2:1"],
                Provides = ["webserver", "nginx(abi) = 1.20"],
                Files = [("/etc/nginx/nginx.conf", "x"), ("/usr/sbin/nginx", "y")],
            },
            new("filesystem", "3", Architecture: "noarch"),
        ];
        repository.Publish(new RpmPublishOptions { Compression = "" }, packages);
        var (written, ours) = (new RpmUniverseBuilder(), new RpmUniverseBuilder());
        using (var primary = File.OpenRead(repository.At(repository.PathOf("primary"))))
        {
            written.AddPrimary("main", primary, "primary.xml");
        }

        foreach (var package in packages)
        {
            var path = "Packages/" + package.FileName;
            var bytes = File.ReadAllBytes(repository.At(path));
            using var stream = new MemoryStream(bytes);
            var record = RpmHeaderRecord.Of(RpmHeaders.Read(stream, path).Main, new ArchiveFacts(path, bytes.Length, Sha256Digest.Of(bytes)));
            Assert.Contains($"/usr/share/{package.Name}/version", record.Files);
            record.Files.RemoveAll(file => !file.StartsWith("/etc/", StringComparison.Ordinal) && !file.Contains("bin/", StringComparison.Ordinal));
            Assert.Null(ours.Add("main", record));
        }

        // createrepo_c puts the C library's requirement last.
        static string Show(RpmUniverseBuilder builder) => string.Join('\n', RpmMetadata.Show(builder.ToUniverse()).Split('\n').Select(line => string.Join(' ', line.Split(' ').Order(StringComparer.Ordinal))));
        var expected = Show(written);
        Assert.Contains("webserver", expected, StringComparison.Ordinal);
        Assert.Contains("If(pcre2>=10,glibc)", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Show(ours));
    }
}
