using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Erofs;

/// <summary>A manifest's image as a file, for the tools of erofs-utils.</summary>
internal sealed class ImageFile : IDisposable
{
    private readonly TempFolder _temp = new();

    public ImageFile(Manifest manifest) => _temp.WriteFile("image.erofs", ErofsImage.Write(manifest, ManifestText.DigestOf(manifest)));

    public string Dump(params string[] arguments) => ToolRun.Run("dump.erofs", [.. arguments, _temp.At("image.erofs")]).Succeed().Output;

    public void AssertWhole()
    {
        var run = ToolRun.Run("fsck.erofs", _temp.At("image.erofs"));
        Assert.True(run.ExitCode == 0, $"{run.Output}{run.Error} ({TestSeed.Hint})");
    }

    public void Dispose() => _temp.Dispose();
}
