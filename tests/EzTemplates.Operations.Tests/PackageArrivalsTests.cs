using EzTemplates.Domain;

namespace EzTemplates.Operations.Tests;

/// <summary>What is there is unpacked first, what is to come when it comes.</summary>
public sealed class PackageArrivalsTests
{
    private static readonly Sha256Digest A = Sha256Digest.Of("a"u8);
    private static readonly Sha256Digest B = Sha256Digest.Of("b"u8);
    private static readonly Sha256Digest C = Sha256Digest.Of("c"u8);

    [Fact]
    public void What_has_come_passes_what_has_not()
    {
        var arrivals = new PackageArrivals([A, C]);
        using var turns = arrivals.InTurn([A, B, C], digest => digest, TestContext.Current.CancellationToken).GetEnumerator();
        Assert.True(turns.MoveNext());
        Assert.Equal(B, turns.Current);

        arrivals.Add(C);
        Assert.True(turns.MoveNext());
        Assert.Equal(C, turns.Current);
        Assert.False(arrivals.IsComplete);

        arrivals.Add(A);
        Assert.True(turns.MoveNext());
        Assert.Equal(A, turns.Current);
        Assert.True(arrivals.IsComplete);
        Assert.False(turns.MoveNext());
    }

    [Fact]
    public async Task Who_waits_is_woken_by_what_comes()
    {
        var arrivals = new PackageArrivals([A]);
        var turns = Task.Run(() => arrivals.InTurn([A], digest => digest, CancellationToken.None).ToList(), TestContext.Current.CancellationToken);
        Assert.False(turns.IsCompleted);
        arrivals.Add(A);
        Assert.Equal([A], await turns);
    }

    [Fact]
    public async Task Who_waits_for_what_never_comes_can_be_stopped()
    {
        var arrivals = new PackageArrivals([A]);
        using var stop = new CancellationTokenSource();
        var turns = Task.Run(() => arrivals.InTurn([A], digest => digest, stop.Token).ToList(), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => turns);
    }
}
