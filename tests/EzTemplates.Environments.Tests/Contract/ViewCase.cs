using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Contract;

/// <summary>One way to show an environment: kernel form, metadata layer, and the file system that the store lies on.</summary>
public sealed record ViewCase(ViewForm Form, LayerKind Layer, string Disk)
{
    public static IEnumerable<TheoryDataRow<ViewCase>> All =>
        from disk in LoopDisks.Kinds
        from layer in Enum.GetValues<LayerKind>()
        from row in layer == LayerKind.Copy ? [new TheoryDataRow<ViewForm>(ViewForm.OneOverlay)] : TestGround.Forms()
        select new TheoryDataRow<ViewCase>(new ViewCase(row.Data, layer, disk)) { Skip = row.Skip };
}
